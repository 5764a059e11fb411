.PHONY: deps run dev test check benchmark

# Install what the lock file names.
deps:
	npm ci

# Build and start on http://localhost:8080.
run:
	npm start

# Rebuild and restart at every change.
dev:
	npm run start:dev

test:
	npm test

# Format, lint, types and tests with coverage.
check:
	npm run check

# Needs wrk.
benchmark:
	npm run bench
