# Shorthand for people who are used to make; the scripts are the commands.
.PHONY: run test

run:
	./run

test:
	./test
