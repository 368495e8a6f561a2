module example.org/skerry/tidewatch

go 1.22

require example.org/moon v1.4.2
