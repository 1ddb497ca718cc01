/* SPDX-License-Identifier: MIT */
/*
 * browser.mjs - a headless Chromium for tests, spoken to through a pipe by the
 * DevTools protocol; no other program can reach it, and it needs no network.
 */
import {spawn} from 'child_process';
import fs from 'fs';
import os from 'os';
import path from 'path';

const ARGUMENTS = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage',
	'--no-first-run', '--disable-background-networking', '--disable-component-update',
	'--disable-extensions', '--disable-sync', '--hide-scrollbars', '--remote-debugging-pipe'];
/* How long an answer may take, in ms. */
const PATIENCE = 120000;

export class Browser {
	constructor(program) {
		this.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'vspan-browser-'));
		this.process = spawn(program, [...ARGUMENTS, `--user-data-dir=${this.folder}`],
			{stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe']});
		this.errors = '';
		this.process.stderr.on('data', (data) => {
			this.errors = (this.errors + data).slice(-4000);
		});
		this.waiting = new Map();
		this.listeners = [];
		this.number = 0;
		this.received = '';
		this.process.stdio[4].setEncoding('utf8');
		this.process.stdio[4].on('data', (text) => this.receive(text));
		this.process.on('exit', () => this.failAll());
		this.process.stdio[3].on('error', () => this.failAll());
	}

	failAll() {
		for (const {reject} of this.waiting.values())
			reject(new Error('the browser ended: ' + this.errors));
		this.waiting.clear();
	}

	/* Messages end with a NUL. */
	receive(text) {
		const messages = (this.received + text).split('\0');

		this.received = messages.pop();
		for (const message of messages.map((json) => JSON.parse(json))) {
			const call = this.waiting.get(message.id);

			if (!call) {
				this.listeners.forEach((listener) => listener(message));
				continue;
			}
			this.waiting.delete(message.id);
			if (message.error)
				call.reject(new Error(JSON.stringify(message.error)));
			else
				call.resolve(message.result);
		}
	}

	call(method, params, session) {
		const id = ++this.number;

		return new Promise((resolve, reject) => {
			const timer = setTimeout(() => reject(new Error(method + ': no answer')), PATIENCE);

			timer.unref();
			this.waiting.set(id, {resolve, reject});
			this.process.stdio[3].write(JSON.stringify(
				{id, method, params: params || {}, sessionId: session}) + '\0');
		});
	}

	/* A page that remembers the requests it made and what went wrong in it. */
	async open(url, width, height, scheme) {
		const {targetId} = await this.call('Target.createTarget', {url: 'about:blank'});
		const {sessionId} = await this.call('Target.attachToTarget', {targetId, flatten: true});
		const page = new Page(this, sessionId, targetId);

		for (const domain of ['Page', 'Runtime', 'Network', 'Log'])
			await page.call(domain + '.enable');
		await page.call('Emulation.setDeviceMetricsOverride',
			{width: width || 1280, height: height || 800, deviceScaleFactor: 1, mobile: false});
		await page.call('Emulation.setEmulatedMedia',
			{features: [{name: 'prefers-color-scheme', value: scheme || 'light'}]});
		await page.call('Page.bringToFront');
		await page.call('Page.navigate', {url});
		return page;
	}

	async close() {
		const ended = new Promise((resolve) => this.process.on('exit', resolve));

		await this.call('Browser.close').catch(() => this.process.kill());
		await ended;
		fs.rmSync(this.folder, {recursive: true, force: true, maxRetries: 5});
	}
}

class Page {
	constructor(browser, session, target) {
		this.browser = browser;
		this.target = target;
		this.session = session;
		this.requests = [];
		this.problems = [];
		browser.listeners.push((message) => this.notice(message));
	}

	notice({sessionId, method, params}) {
		if (sessionId !== this.session)
			return;
		if (method === 'Network.requestWillBeSent')
			this.requests.push(params.request.url);
		else if (method === 'Runtime.exceptionThrown')
			this.problems.push(JSON.stringify(params.exceptionDetails));
		else if (method === 'Log.entryAdded')
			this.problems.push(params.entry.text);
		else if (method === 'Page.javascriptDialogOpening')
			this.problems.push('dialog: ' + params.message);
	}

	async close() {
		await this.browser.call('Target.closeTarget', {targetId: this.target});
	}

	call(method, params) {
		return this.browser.call(method, params, this.session);
	}

	/* The value of an expression, or of the promise it gives. */
	async evaluate(expression) {
		const {result, exceptionDetails} = await this.call('Runtime.evaluate',
			{expression, awaitPromise: true, returnByValue: true});

		if (exceptionDetails)
			throw new Error(JSON.stringify(exceptionDetails));
		return result.value;
	}

	/* Waits until an expression is true; returns how many ms that took. */
	async until(expression, limit) {
		const began = Date.now();

		while (!await this.evaluate(`Boolean(${expression})`).catch(() => false)) {
			if (Date.now() - began > limit)
				throw new Error(`${expression} is not true after ${limit} ms`);
			await new Promise((resolve) => setTimeout(resolve, 20));
		}
		return Date.now() - began;
	}

	async screenshot(file) {
		const {data} = await this.call('Page.captureScreenshot', {format: 'png'});

		fs.writeFileSync(file, Buffer.from(data, 'base64'));
	}

	/* Moves the pointer, clicks if asked to. */
	async point(x, y, click) {
		await this.call('Input.dispatchMouseEvent', {type: 'mouseMoved', x, y});
		for (const type of click ? ['mousePressed', 'mouseReleased'] : [])
			await this.call('Input.dispatchMouseEvent', {type, x, y, button: 'left', clickCount: 1});
	}

	async key(key, code) {
		const text = key === 'Enter' ? '\r' : key.length === 1 ? key : undefined;

		await this.call('Input.dispatchKeyEvent', {type: 'keyDown', key, text, code,
			windowsVirtualKeyCode: key === 'Enter' ? 13 : undefined});
		await this.call('Input.dispatchKeyEvent', {type: 'keyUp', key, code});
	}
}
