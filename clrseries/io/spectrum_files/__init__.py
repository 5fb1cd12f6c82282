"""Readers of spectra, one file for each format; :mod:`clrseries.io.formats` lists them."""
