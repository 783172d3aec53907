"""Style sheet, font, scripts, icons and manifest, served from memory under names that hold their hash."""

from counterfoil.web.http.assets.files import PREFIX, Asset, Assets, static_files

__all__ = ["PREFIX", "Asset", "Assets", "static_files"]
