# Build. No package is compiled: those that this Node needs are precompiled. Version 12 of the embedded database is for Node 20.
FROM node:24-bookworm AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY nest-cli.json tsconfig.json tsconfig.build.json vite.config.ts ./
COPY src ./src
COPY web ./web
COPY clients/typescript/src ./clients/typescript/src
# TypeScript would stay as an optional peer of @nestjs/swagger.
RUN npm run build && npm uninstall --omit=dev --ignore-scripts better-sqlite3-multiple-ciphers && rm -r node_modules/typescript

# Run: the program with its production dependencies, as a user who owns only the storage.
FROM node:24-bookworm-slim
ENV NODE_ENV=production \
    UV_THREADPOOL_SIZE=16 \
    STORAGE_PATH=/var/lib/storage
WORKDIR /app
RUN mkdir -p /var/lib/storage && chown node:node /var/lib/storage
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/package.json ./
COPY --from=build /app/dist ./dist
USER node
VOLUME /var/lib/storage
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 8080}/health`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/main.js"]
