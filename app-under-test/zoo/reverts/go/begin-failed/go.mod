module begin-failed

go 1.19
