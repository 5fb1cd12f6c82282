"""The two demonstrations on real data that ``clrseries demo`` runs."""
