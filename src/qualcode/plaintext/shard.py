"""
A shard: data that a page's script loads from beside it, compressed and written as a string of a script.

Seven bits stand in each sign; the five that a script's string cannot hold as they are stand 128 higher. A shard is an
eighth smaller than in base64, and is text. `shards.js` of the report reads what `packed` writes, and so does the gate.
"""

from __future__ import annotations

import re
import zlib

MOST = 64_000_000
"""A shard that would hold more bytes than this is not opened."""
_HIGHER = {ord(sign): ord(sign) + 128 for sign in "\0\n\r'\\"}
_SHARD = re.compile(r"qualcode\.take\('([\w-]+)', '([^']*)', (\d{1,9})\);\n", re.DOTALL)


def packed(name: str, data: bytes) -> str:
    """
    Return the script that hands *data* over under a *name*.

    Example:
        >>> opened(packed("words", b"whoever lives here"))
        ('words', b'whoever lives here')
    """
    small = zlib.compressobj(9, zlib.DEFLATED, -15)
    told = small.compress(data) + small.flush()
    many = len(told)
    told += b"\0" * (-many % 7)
    spread = int.from_bytes(b"".join(b"\0" + told[n : n + 7] for n in range(0, len(told), 7)), "big")
    groups = len(told) // 7
    for width in (28, 14, 7):  # 56 bits in 64 become two times 28 in 32, four times 14 in 16, eight times 7 in 8
        low = int.from_bytes((((1 << width) - 1).to_bytes(width // 7 * 2, "big")) * (groups * 4 // (width // 7)), "big")
        spread = (spread & low) | ((spread >> width & low) << (width // 7 * 8))
    signs = spread.to_bytes(groups * 8, "big").decode("ascii").translate(_HIGHER)
    return f"qualcode.take('{name}', '{signs}', {many});\n"


def opened(script: str) -> tuple[str, bytes] | None:
    """
    Return the name and the data of a shard, or nothing where a script is none.

    Raises:
        ValueError: it is no whole shard, or holds more than ``MOST`` bytes.
    """
    found = _SHARD.fullmatch(script)
    if found is None:
        return None
    bits = "".join(f"{ord(sign) & 127:07b}" for sign in found[2])
    told = int(bits or "0", 2).to_bytes(len(bits) // 8, "big")[: int(found[3])]
    try:
        small = zlib.decompressobj(-15)
        data = small.decompress(told, MOST)
        if small.unconsumed_tail or not small.eof:
            raise ValueError("no whole shard, or one that holds more than is opened")
    except zlib.error:
        raise ValueError("no whole shard") from None
    return found[1], data
