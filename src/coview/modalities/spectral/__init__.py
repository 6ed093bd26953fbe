"""Spectral pictures: rasters of any bands, each known by its wavelength."""

from coview.modalities.spectral.modality import Spectral

__all__ = ["Spectral"]
