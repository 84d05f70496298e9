"""The editor of a draft, with lint beside it: the pages on which snippets are written share it."""
