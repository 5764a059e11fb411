.PHONY: deps run dev test check benchmark docker-run docker-run-tls docker-logs docker-stop

# Install the versions in the lock file.
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

# The same on https://localhost, with a certificate that is made in deploy/tls when absent. Another name: PUBLIC_URL.
docker-run-tls:
	deploy/make-env
	deploy/make-certificate
	HTTP_PORT=$${HTTP_PORT:-80} $(COMPOSE) --file docker-compose.yml --file docker-compose.tls.yml up --build --detach

docker-logs:
	$(COMPOSE) logs --follow

docker-stop:
	$(COMPOSE) down
