"""Carry material in and out: quotations of published texts, codings kept without their text."""
