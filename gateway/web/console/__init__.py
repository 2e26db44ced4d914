"""The pages staff work with, one file each."""
