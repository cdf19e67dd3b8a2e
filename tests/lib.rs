//! The program as its users run it: every test runs the built `normlab` in a folder of its own.
