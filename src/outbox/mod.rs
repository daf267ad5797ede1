//! Carries out what the journal recorded, over SMTP. What each failure means is decided in one file.
