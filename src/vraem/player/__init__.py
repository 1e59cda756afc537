"""The player: one page for the browser that shows runs on tape, and the live valley."""

from vraem.player.page import LANGUAGES, live_page, modules, replay_page

__all__ = ["LANGUAGES", "live_page", "modules", "replay_page"]
