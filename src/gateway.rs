//! The whole story of a mail, as code: read, thread, understand, decide, compose; record; send; record; tag and file.
