//! The Unix socket through which the command line asks the running daemon: one JSON line each way.
