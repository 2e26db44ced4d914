"""Programs of other authors that the gateway speaks with: `make test-peers` fetches and runs them.

Their files are not called test_…: the suite itself needs nothing that is not locked.
"""
