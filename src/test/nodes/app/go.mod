module dev.leaderelection/app

go 1.26.0
