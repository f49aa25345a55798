"""The codebook changes, and every file that names its codes follows, whole or not at all."""

from qualcode.recoding.plan import Plan, Recoding
from qualcode.recoding.recode import carriers, carry_out, merge, move, rename, retire, split

__all__ = ["Plan", "Recoding", "carriers", "carry_out", "merge", "move", "rename", "retire", "split"]
