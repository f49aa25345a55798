"""Transcripts as programs write them, each with the interview that it becomes, and what is lost on the way."""

from __future__ import annotations

import io
import json
import zipfile

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def packed(parts: dict[str, str | bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in parts.items():
            file.writestr(name, data)
    return held.getvalue()


def docx(body: str, **parts: str) -> bytes:
    held = {f"word/{name}.xml": f'<w:{name} xmlns:w="{W}">{data}</w:{name}>' for name, data in parts.items()}
    return packed({"word/document.xml": f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>', **held})


def p(words: str, look: str = "") -> str:
    return f'<w:p><w:r>{look and f"<w:rPr><w:{look}/></w:rPr>"}<w:t xml:space="preserve">{words}</w:t></w:r></w:p>'


def odt(body: str, styles: str = "") -> bytes:
    names = " ".join(
        f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in ("office", "text", "style", "table")
    )
    names += ' xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" xmlns:dc="urn:dc"'
    return packed(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": f"<office:document-content {names}><office:automatic-styles>{styles}</office:automatic-styles>"
            f"<office:body><office:text>{body}</office:text></office:body></office:document-content>",
        }
    )


def pdf(lines: list[str]) -> bytes:
    """Write a PDF of one page by hand, a line each."""
    shown = "".join(f"({line.replace('(', chr(92) + '(').replace(')', chr(92) + ')')}) Tj T*\n" for line in lines)
    stream = f"BT /F1 12 Tf 14 TL 50 750 Td\n{shown}ET".encode("cp1252")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    data, places = b"%PDF-1.4\n", []
    for n, one in enumerate(objects, start=1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (n, one)
    start = len(data)
    data += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % at for at in places)
    return data + b"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % start


PLAIN = "Q: Ça va ?\n\nAnna: Oui.\n"
TIMED = "Q [00:00:01]: Ça va ?\n\nAnna [00:00:05]: Oui.\n"
VTT = """WEBVTT

1
00:00:01.000 --> 00:00:03.000
<v Q>Ça va ?</v>

2
00:00:05.500 --> 00:00:06.000
<v Anna>Oui &amp; non,

3
00:00:06.000 --> 00:00:09.000
<v Anna><i>je</i> crois.</v>
"""
WHISPER = {
    "language": "fr",
    "segments": [
        {"id": 0, "start": 1.0, "end": 2.0, "text": " Ça va ?", "speaker": "SPEAKER_00", "words": [{"word": "Ça"}]},
        {"id": 1, "start": 5.2, "end": 6.0, "text": " Oui.", "speaker": "SPEAKER_01", "words": [{"word": "Oui."}]},
    ],
}
FORMS: dict[str, tuple[str, bytes | str, str]] = {
    "name and colon": ("a.txt", "Q: Ça va ?\nAnna: Oui.\n", PLAIN),
    "French spaces": ("a.txt", "Q\u00a0: Ça va\u202f?\nAnna : Oui.\n", "Q: Ça va\u202f?\n\nAnna: Oui.\n"),
    "time behind": ("a.txt", "Q [00:00:01]: Ça va ?\nAnna [00:00:05]: Oui.\n", TIMED),
    "time before": ("a.txt", "[00:00:01] Q: Ça va ?\n[00:00:05] Anna: Oui.\n", TIMED),
    "bare time before": ("a.txt", "00:00:01 Q: Ça va ?\n00:00:05 Anna: Oui.\n", TIMED),
    "time behind the colon": ("a.txt", "Q: [0:01] Ça va ?\nAnna: (0:05) Oui.\n", TIMED),
    "a span of time": ("a.txt", "[00:00:01.000 --> 00:00:04.000] Q: Ça va ?\n[0:05 - 0:07] Anna: Oui.\n", TIMED),
    "a name over its words": ("a.txt", "Q (00:00:01)\nÇa va ?\n\nAnna (00:00:05)\nOui.\n", TIMED),
    "otter": ("a.txt", "Q  0:01\nÇa va ?\n\nAnna  0:05\nOui.\n\n", TIMED),
    "names alone": (
        "a.txt",
        "Int\nUn ?\n\nAnna\nOui.\n\nInt\nDeux ?\n\nAnna\nNon.\n",
        "Int: Un ?\n\nAnna: Oui.\n\nInt: Deux ?\n\nAnna: Non.\n",
    ),
    "Markdown": ("a.md", "**Q:** Ça va ?\n\n**Anna**: Oui, *vraiment*.\n", "Q: Ça va ?\n\nAnna: Oui, *vraiment*.\n"),
    "tabs": ("a.txt", "I\tUn ?\nB\tOui.\n" * 3, "I: Un ?\n\nB: Oui.\n\n" * 2 + "I: Un ?\n\nB: Oui.\n"),
    "f4, times before": ("a.txt", "#00:00:01-2# Q: Ça va ?\n#00:00:05-0# Anna: Oui.\n", TIMED),
    "f4, times at the end": (
        "a.txt",
        "Q: Ça va ? #00:00:05-2#\n\nAnna: Oui. #00:00:07-1#\n",
        "Q: Ça va ?\n\nAnna [00:00:05]: Oui.\n",
    ),
    "nobody known": ("a.txt", "Q: Ça va ?\n?: Oui.\n", "Q: Ça va ?\n\n?: Oui.\n"),
    "Windows-1252": ("a.txt", "Q: Ça va ?\r\nAnna: Oui.\r\n".encode("cp1252"), PLAIN),
    "UTF-16": ("a.txt", "Q: Ça va ?\nAnna: Oui.\n".encode("utf-16"), PLAIN),
    "a byte order mark": ("a.txt", "Q: Ça va ?\nAnna: Oui.\n".encode("utf-8-sig"), PLAIN),
    "WebVTT": ("a.vtt", VTT, "Q [00:00:01]: Ça va ?\n\nAnna [00:00:05]: Oui & non, je crois.\n"),
    "WebVTT of Zoom": (
        "a.vtt",
        "WEBVTT\n\n1\n00:01.000 --> 00:02.000\nQ: Ça va ?\n\n2\n00:05.000 --> 00:06.000\nAnna: Oui.\n",
        TIMED,
    ),
    "WebVTT called text": (
        "a.txt",
        VTT.replace("<i>je</i>", "je"),
        "Q [00:00:01]: Ça va ?\n\nAnna [00:00:05]: Oui & non, je crois.\n",
    ),
    "two voices in a cue": (
        "a.vtt",
        "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Q>Ça va ?</v><v Anna>Oui.</v>\n",
        "Q [00:00:01]: Ça va ?\n\nAnna [00:00:01]: Oui.\n",
    ),
    "SubRip": (
        "a.srt",
        "1\n00:00:01,000 --> 00:00:02,000\nQ: Ça\nva ?\n\n2\n00:00:05,000 --> 00:00:06,000\nAnna: {\\an8}Oui.\n",
        TIMED,
    ),
    "TTML": (
        "a.ttml",
        '<tt xmlns="http://www.w3.org/ns/ttml" xmlns:m="http://www.w3.org/ns/ttml#metadata"><body><div>'
        '<p begin="00:00:01.000" m:agent="Q">Ça<br/>va ?</p><p begin="5.2s" m:agent="Anna">Oui.</p></div></body></tt>',
        TIMED,
    ),
    "Whisper": (
        "a.json",
        json.dumps({"text": "x", "segments": [{"start": 1.5, "text": " Ça va ?"}], "language": "fr"}),
        "UNKNOWN [00:00:01]: Ça va ?\n",
    ),
    "WhisperX": ("a.json", json.dumps(WHISPER), "SPEAKER_00 [00:00:01]: Ça va ?\n\nSPEAKER_01 [00:00:05]: Oui.\n"),
    "oTranscribe": (
        "a.otr",
        json.dumps(
            {
                "text": '<p><span class="timestamp" data-timestamp="1.2">0:01</span>&nbsp;Q: Ça va ?</p>'
                '<p><span class="timestamp">0:05</span> Anna: <b>Oui</b>.</p>',
                "media": "x.mp3",
            }
        ),
        TIMED,
    ),
    "a table of turns": ("a.csv", "Speaker,Start,Text\nQ,00:00:01,Ça va ?\nAnna,5.2,Oui.\n", TIMED),
    "a table with semicolons": ("a.csv", 'speaker;words\nQ;Ça va ?\nAnna;"Oui."\n', PLAIN),
    "TEI": (
        "a.xml",
        '<TEI xmlns="http://www.tei-c.org/ns/1.0"><text><body><sp who="#Q"><speaker>Q.</speaker><p>Ça\n  va ?</p></sp>'
        '<sp who="#Anna"><p>Oui.</p></sp></body></text></TEI>',
        PLAIN,
    ),
    "TEI of speech": (
        "a.xml",
        '<TEI><timeline><when xml:id="T0" absolute="00:00:01"/><when xml:id="T1" interval="5.1"/></timeline>'
        '<u who="#Q" start="#T0">Ça va ?</u><u who="#Anna" start="#T1">Oui. <gap reason="inaudible"/></u></TEI>',
        "Q [00:00:01]: Ça va ?\n\nAnna [00:00:05]: Oui.  [inaudible]\n",
    ),
    "GUM": (
        "a.xml",
        '<text><sp who="#Q"><p><s>\nIt\tPP\nis\tV\nn\'t\tRB\n<w>\nwell\tJJ\n-\tHYPH\nknown\tV\n</w>\n,\t,\n"\t``\n'
        "he\tPP\n\"\t''\n?\tSENT\n</s>\n<s>\nNo\tUH\n.\tSENT\n</s></p></sp></text>",
        'Q: It isn\'t well-known, "he"? No.\n',
    ),
    "Transcriber": (
        "a.trs",
        '<Trans><Speakers><Speaker id="s1" name="Q"/><Speaker id="s2" name="Anna"/></Speakers><Turn speaker="s1" '
        'startTime="1.0"><Sync time="1.0"/>\nÇa va ?\n</Turn><Turn speaker="s2" startTime="5">\nOui.\n</Turn></Trans>',
        TIMED,
    ),
    "ELAN": (
        "a.eaf",
        '<ANNOTATION_DOCUMENT><TIME_ORDER><TIME_SLOT TIME_SLOT_ID="a" TIME_VALUE="1000"/>'
        '<TIME_SLOT TIME_SLOT_ID="b" TIME_VALUE="5100"/></TIME_ORDER>'
        '<TIER TIER_ID="t2" PARTICIPANT="Anna"><ANNOTATION><ALIGNABLE_ANNOTATION TIME_SLOT_REF1="b" TIME_SLOT_REF2="b">'
        "<ANNOTATION_VALUE>Oui.</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION></TIER>"
        '<TIER TIER_ID="Q"><ANNOTATION><ALIGNABLE_ANNOTATION TIME_SLOT_REF1="a" TIME_SLOT_REF2="b">'
        "<ANNOTATION_VALUE>Ça va ?</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION></TIER>"
        '<TIER TIER_ID="gloss" PARENT_REF="Q"><ANNOTATION><REF_ANNOTATION><ANNOTATION_VALUE>x</ANNOTATION_VALUE>'
        "</REF_ANNOTATION></ANNOTATION></TIER></ANNOTATION_DOCUMENT>",
        TIMED,
    ),
    "CHAT": (
        "a.cha",
        "@UTF8\n@Begin\n@Languages:\tfra\n@Date:\t02-MAY-2024\n*INV:\tça (.)\n\tva ? \x151000_2000\x15\n%mor:\tx\n"
        "*ANN:\toui . \x155100_6000\x15\n@End\n",
        "INV [00:00:01]: ça (.) va ?\n\nANN [00:00:05]: oui .\n",
    ),
    "Sonal": (
        "a.sonal",
        '<!DOCTYPE html><html lang="fr"><head><meta charset="UTF-8"><title>x</title></head><body>\n'
        '<script id="loc-json" type="application/json">\n{\n["","Q","Anna"]\n}\n</script>'
        '<script id="cat-json" type="application/json">{ [{"code":"cat_002","nom":"Mood"}] }</script>'
        '<div><H2>Notes</H2><div id="txtnotes">In a <b>hurry</b>.</div></div><div id="contenuText">\n'
        '<span class="lblseg sautlig ligloc" data-deb="1.0" data-fin="3.0" data-loc="1" tabindex="1" data-rksg="0" '
        'data-nomloc="Q"><span data-rk="1" data-sg="0" data-len="5">Ça va ? </span></span>'
        '<span class="lblseg sautlig" data-deb="5.1" data-fin="6" data-loc="2" data-rksg="1"><span class="ligloc">Anna'
        '</span><span class="cat_002" data-rk="6" data-sg="1" data-len="2">Oui</span><span data-rk="7">.</span></span>'
        '<span class="lblseg" data-deb="6.5" data-fin="7" data-loc="2" data-rksg="2"><span data-rk="9">Je &amp; toi.'
        "</span></span>\n</div></body></html>",
        "Q [00:00:01]: Ça va ?\n\nAnna [00:00:05]: Oui. Je & toi.\n",
    ),
    "Word": ("a.docx", docx(p("Q: Ça va ?") + p("") + p("Anna: Oui.", "b")), PLAIN),
    "Word of Teams": (
        "a.docx",
        docx(
            '<w:p><w:r><w:t>Q</w:t></w:r><w:r><w:t xml:space="preserve">   0:01</w:t><w:br/><w:t>Ça va ?</w:t>'
            "</w:r></w:p><w:p><w:r><w:t>Anna   0:05</w:t><w:br/><w:t>Oui.</w:t></w:r></w:p>"
        ),
        TIMED,
    ),
    "Word with a table": (
        "a.docx",
        docx(
            f"<w:tbl><w:tr><w:tc>{p('Q:')}</w:tc><w:tc>{p('Ça va ?')}</w:tc></w:tr>"
            f"<w:tr><w:tc>{p('Anna:')}</w:tc><w:tc>{p('Oui.')}{p('Non.')}</w:tc></w:tr></w:tbl>"
        ),
        "Q: Ça va ?\n\nAnna: Oui.\nNon.\n",
    ),
    "OpenDocument": (
        "a.odt",
        odt(
            '<text:p>Q: Ça<text:s text:c="2"/>va ?</text:p><text:p>Anna: <text:span text:style-name="B">Oui</text:span>.</text:p>',
            '<style:style style:name="B"><style:text-properties fo:font-weight="bold"/></style:style>',
        ),
        "Q: Ça  va ?\n\nAnna: Oui.\n",
    ),
    "rich text": (
        "a.rtf",
        "{\\rtf1\\ansi\\ansicpg1252 Q: \\'c7a va ?\\par Anna: {\\b Oui} \\u-10179?\\u-8704?.\\par}",
        "Q: Ça va ?\n\nAnna: Oui \U0001f600.\n",
    ),
    "PDF": (
        "a.pdf",
        pdf(["Q: Ça va ?", "Anna: Oui, et encore", "une ligne."]),
        "Q: Ça va ?\n\nAnna: Oui, et encore une ligne.\n",
    ),
}

LOST = {
    "WebVTT": [
        "1 cue joined to the turn above, their times dropped",
        "2 tags of looks and places dropped",
        "1 sign of markup written out (&amp; and others)",
        "3 ends of cues and parts of a second dropped",
    ],
    "SubRip": ["1 line of cues joined", "1 tag of looks and places dropped"],
    "Windows-1252": ["2 line ends written as LF", "1 text read as Windows-1252"],
    "UTF-16": ["1 text read as UTF-16"],
    "a byte order mark": ["1 byte order mark dropped"],
    "WhisperX": ["2 times of single words dropped", "2 tokens and measures of certainty dropped"],
    "oTranscribe": [
        "1 name of the recording and place in it dropped",
        "2 times written into the labels, parts of a second dropped",
    ],
    "Word": ["1 stretch of bold, italic, underlined or coloured words: the look dropped"],
    "Word with a table": ["paragraph 1: a table begins here: a paragraph a row, tabs between"],
    "OpenDocument": ["1 stretch of bold, italic, underlined or coloured words: the look dropped"],
    "rich text": ["1 stretch of bold, italic, underlined or coloured words: the look dropped"],
    "PDF": ["1 line of a page joined"],
    "TEI": [
        "1 line end inside markup read as blanks",
        "1 name of speakers written above their turn, dropped beside the label",
    ],
    "TEI of speech": ["1 mark of gaps, sounds and gestures put into brackets"],
    "GUM": ["13 blanks between tokens put by rule"],
    "ELAN": [
        "1 annotation on tiers that depend on others left out",
        "tier 3: a tier that depends on another is not read",
    ],
    "CHAT": ["2 time bullets written into the labels", "1 dependent tier left out", "1 line of one turn joined"],
    "Sonal": [
        "1 stretch with themes of Sonal: the themes dropped",
        "1 cue joined to the turn above, their times dropped",
        "1 memo in coding/memos",
    ],
    "f4, times at the end": ["2 f4 times at a turn's end written into the next label"],
}
