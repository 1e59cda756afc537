"""The live classroom: one world for each visitor, moved on here, shown and steered in the browser.

Needs the extra `serve` (starlette, uvicorn, websockets).
"""
