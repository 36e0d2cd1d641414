"""What can affect what: paths of influence, read off a program's expressions."""
