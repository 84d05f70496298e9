"""Where people look and decide: a Streamlit router, one file a page, and a folder for the parts of each page."""
