"""Evidence of a case for third parties: what is asked, told in words, and handed out."""
