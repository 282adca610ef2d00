"""The tabs above the left column.

In: the names of the panels that the documents have something for. Out: HTML; none for a single panel, since
there is nothing to choose then.
"""

from __future__ import annotations

from collections.abc import Mapping

from assistant.web.markup import escape


def render_tabs(tabs: Mapping[str, str]) -> str:
    """A list of tabs, the first one chosen; ``tabs`` maps the name of a panel to its title."""
    if len(tabs) < 2:
        return ""
    buttons = "".join(
        f'<button type="button" role="tab" id="tab-{escape(name)}" aria-controls="panel-{escape(name)}" '
        f'aria-selected="{str(number == 0).lower()}" tabindex="{0 if number == 0 else -1}">{escape(title)}</button>'
        for number, (name, title) in enumerate(tabs.items())
    )
    return f'<div role="tablist" aria-label="Views">{buttons}</div>'
