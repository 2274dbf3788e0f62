module spreadlb.io/lab/tools

go 1.24.0
