/** The log group of the tasks. The policy of the key names it, too. */
export const LOG_GROUP = '/microservices-api/service';
