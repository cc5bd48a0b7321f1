"""How an older database becomes a newer one; a file that was released is never edited."""
