export { check, expect, test } from '../fixtures/index.ts';
export type { CheckDefinition, ReadinessFixtures, ReadinessWorkerFixtures } from '../fixtures/index.ts';
export { AREAS, CATALOG } from './catalog.ts';
export type { Area, CatalogEntry, CheckId, Method, Part } from './catalog.ts';
export { ReadinessConfigError } from './config/error.ts';
export type {
  ApiRouteOptions,
  EffectsProbe,
  Mode,
  Probe,
  ProbeRequest,
  Profile,
  ProtectedRouteOptions,
  ReadinessOptions,
  Refusal,
  ReportFormat,
} from './config/options.ts';
export { defineReadinessConfig, readinessProjects } from './config/projects.ts';
export type { ReadinessConfig, ReadinessProject } from './config/projects.ts';
export { registerSpecs } from './register.ts';
export type { Attestation, CheckResult, Finding, Severity, Status, Verdict, Waiver } from './result.ts';
export type { Exchange, Visit } from './target/exchange.ts';
