"""The interpreter for R: a process of its own, whose program is the `.R` files of this folder."""
