export const SERVICE_PORT = 8080;
export const DATABASE_PORT = 5432;
