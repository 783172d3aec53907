// The same task in NestJS 12, as its documentation shows it: a guard checks the session, a service asks the cache.
// KIND: express-cache and fastify-cache use @nestjs/cache-manager with Keyv on Redis; fastify-json uses ioredis and JSON;
// fastify-tuned asks Redis once, for session and finished bytes. No metrics, request ids, security headers or log.
'use strict';
require('reflect-metadata');
const { randomBytes } = require('node:crypto');
const { readFileSync } = require('node:fs');
const {
  Controller, ForbiddenException, Get, Inject, Injectable, Module, Post, Req, Res, UnauthorizedException, UseGuards,
} = require('@nestjs/common');
const { CACHE_MANAGER, CacheModule } = require('@nestjs/cache-manager');
const { NestFactory } = require('@nestjs/core');
const { default: KeyvRedis } = require('@keyv/redis');
const { Redis } = require('ioredis');

const { BENCH_REDIS, BENCH_ROWS, BENCH_PORT, BENCH_KIND } = process.env;
const ROWS = JSON.parse(readFileSync(BENCH_ROWS, 'utf8'));
const LIFETIME = 15 * 60;
const isTuned = BENCH_KIND === 'fastify-tuned';
const usesCacheManager = BENCH_KIND.endsWith('-cache');

// Decorators without TypeScript: applied as TypeScript's compiler would.
const decorate = (target, name, ...decorators) => {
  const descriptor = Object.getOwnPropertyDescriptor(target.prototype, name);
  for (const each of decorators) each(target.prototype, name, descriptor);
};
const injected = (target, ...tokens) => {
  tokens.forEach((token, at) => Inject(token)(target, undefined, at));
  Injectable()(target);
};

class ManagedStore { // What @nestjs/cache-manager gives: objects, serialised by Keyv.
  constructor(cache) { this.cache = cache; }
  get(key) { return this.cache.get(key); }
  set(key, value) { return this.cache.set(key, value, LIFETIME * 1000); }
}
if (usesCacheManager) injected(ManagedStore, CACHE_MANAGER);

class JsonStore {
  constructor() { this.redis = new Redis(BENCH_REDIS, { keyPrefix: 'json:' }); }
  async get(key) { const text = await this.redis.get(key); return text === null ? undefined : JSON.parse(text); }
  set(key, value) { return this.redis.set(key, JSON.stringify(value), 'EX', LIFETIME); }
}
injected(JsonStore);

const STORE = Symbol('store');

class Invoices {
  constructor(store) { this.store = store; }
  async listOf(client, page) {
    const key = `invoices:${client}:${page}`;
    const kept = await this.store.get(key);
    if (kept) return kept;
    const found = { items: ROWS, page, page_size: 25, total: ROWS.length }; // Stands for the call to WHMCS.
    await this.store.set(key, found);
    return found;
  }
}
injected(Invoices, STORE);

const sessionOf = (request) => /(?:^|;\s*)session=([\w-]+)/.exec(request.headers.cookie ?? '')?.[1] ?? '';

class SignedIn {
  constructor(store) { this.store = store; }
  async canActivate(context) {
    const request = context.switchToHttp().getRequest();
    const viewer = await this.store.get(`session:${sessionOf(request)}`);
    if (!viewer) throw new UnauthorizedException();
    if (!viewer.permissions.includes('invoices')) throw new ForbiddenException();
    request.viewer = viewer;
    return true;
  }
}
injected(SignedIn, STORE);

class Portal {
  constructor(invoices, store) { this.invoices = invoices; this.store = store; }
  async signIn(response) {
    const id = randomBytes(32).toString('base64url');
    await this.store.set(`session:${id}`, { user_id: 1, client_id: 1, permissions: ['invoices'] });
    response.header('set-cookie', `session=${id}; HttpOnly; SameSite=Lax; Path=/`);
    return {};
  }
  list(request) { return this.invoices.listOf(request.viewer.client_id, 1); }
}
injected(Portal, Invoices, STORE);
Res({ passthrough: true })(Portal.prototype, 'signIn', 0);
Req()(Portal.prototype, 'list', 0);
decorate(Portal, 'signIn', Post('sign-in'));
decorate(Portal, 'list', Get('api/v1/invoices'), UseGuards(SignedIn));
Controller()(Portal);

class TunedPortal { // One MGET, bytes out; the session says the permission.
  constructor() {
    this.redis = new Redis(BENCH_REDIS);
    this.redis.set('tuned:invoices:1:1', JSON.stringify({ items: ROWS, page: 1, page_size: 25, total: ROWS.length }));
  }
  async signIn(reply) {
    const id = randomBytes(32).toString('base64url');
    await this.redis.set(`tuned:session:${id}`, 'invoices', 'EX', LIFETIME);
    reply.header('set-cookie', `session=${id}; HttpOnly; SameSite=Lax; Path=/`);
    return {};
  }
  async list(request, reply) {
    const [session, body] = await this.redis.mget(`tuned:session:${sessionOf(request)}`, 'tuned:invoices:1:1');
    if (session !== 'invoices') throw new UnauthorizedException();
    reply.header('content-type', 'application/json').send(body);
  }
}
Res({ passthrough: true })(TunedPortal.prototype, 'signIn', 0);
Req()(TunedPortal.prototype, 'list', 0);
Res()(TunedPortal.prototype, 'list', 1);
decorate(TunedPortal, 'signIn', Post('sign-in'));
decorate(TunedPortal, 'list', Get('api/v1/invoices'));
Controller()(TunedPortal);

const stores = () => ({ stores: [new KeyvRedis(BENCH_REDIS)] });

class App {}
Module(isTuned ? { controllers: [TunedPortal] } : {
  imports: usesCacheManager ? [CacheModule.registerAsync({ useFactory: stores })] : [],
  controllers: [Portal],
  providers: [{ provide: STORE, useClass: usesCacheManager ? ManagedStore : JsonStore }, Invoices, SignedIn],
})(App);

const adapter = () => {
  if (BENCH_KIND.startsWith('express')) return new (require('@nestjs/platform-express').ExpressAdapter)();
  return new (require('@nestjs/platform-fastify').FastifyAdapter)();
};

NestFactory.create(App, adapter(), { logger: ['error', 'warn'] }).then((app) => app.listen(Number(BENCH_PORT), '127.0.0.1'));
