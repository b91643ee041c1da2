module github.com/dbmark/dbmark/bench/measure

go 1.25.0
