import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'postgresql',
  schema: [
    './src/events/storage/tables.ts',
    './src/projections/schema.ts',
    './src/projections/fleet/schema.ts',
    './src/projections/alerts/schema.ts',
    './src/events/kernel-reports/tables.ts',
  ],
  out: './migrations',
});
