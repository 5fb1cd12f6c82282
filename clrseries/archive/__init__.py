"""Embedding and preprocessing of archives that are larger than the memory, part by part, so that a run can be continued."""
