"""What every page runs in: context, layout, user, deep links, query parameters, notices."""
