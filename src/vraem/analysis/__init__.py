"""Analysis: what runs show, judged against what was observed."""
