"""Every day that was computed by hand, and what figures it must say."""

from __future__ import annotations

from . import holding_stories, later_stories, report_stories, stories

STORIES = (
    stories.STORIES
    | later_stories.LATER_STORIES
    | holding_stories.HOLDING_STORIES
    | report_stories.REPORT_STORIES
)
FIGURES = later_stories.FIGURES | holding_stories.FIGURES | report_stories.FIGURES
