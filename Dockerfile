# Build: everything but what is optional, which is for Node 20 only.
FROM node:24-bookworm AS build
WORKDIR /app
# npm has node-gyp look at the database driver, though it comes compiled, and node-gyp wants Node's headers. They are in the
# image; where they are not, the registry has them.
ENV npm_config_nodedir=/usr/local
RUN test -d /usr/local/include/node || { \
      npm install --prefix /tmp/node "node@$(node -p process.versions.node)" && \
      cp -r "$(find /tmp/node -type d -path '*/include' | head -1)" /usr/local/; }
COPY package.json package-lock.json ./
RUN npm ci --omit=optional
COPY nest-cli.json tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npm run build && npm prune --omit=dev --omit=optional

# Run: the program and its production dependencies, as somebody who owns nothing but the storage.
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
