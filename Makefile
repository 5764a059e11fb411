.PHONY: deps run dev test check benchmark docker-run docker-logs docker-stop

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

# docker compose (v2), or docker-compose (v1.29).
COMPOSE := $(shell docker compose version >/dev/null 2>&1 && echo docker compose || echo docker-compose)

# Three instances behind nginx on http://localhost:8080; secrets are made in .env when absent.
docker-run:
	deploy/make-env
	$(COMPOSE) up --build --detach

docker-logs:
	$(COMPOSE) logs --follow

docker-stop:
	$(COMPOSE) down
