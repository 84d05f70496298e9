"""Search strategies over ordered subsets of a library; they know only a `Problem` that scores."""
