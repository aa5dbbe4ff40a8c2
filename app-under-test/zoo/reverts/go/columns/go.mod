module columns

go 1.19
