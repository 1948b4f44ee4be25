/**
 * @jest-environment jsdom
 */
import * as React from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { useAsync, type IAsync, type IAsyncOptions } from '../useAsync';

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

interface IQuestion {
  input: string | null;
  resolve: (value: string) => void;
  reject: (error: Error) => void;
}

/**
 * A component that asks about its input, and the questions that it asked.
 */
class Asker {
  readonly asked: IQuestion[] = [];
  shown: IAsync<string> = { value: null, error: null, isPending: false };
  private _root: Root = createRoot(document.createElement('div'));

  constructor(private _options: IAsyncOptions = {}) {}

  private _ask(input: string): Promise<string> {
    return new Promise((resolve, reject) =>
      this.asked.push({ input, resolve, reject })
    );
  }

  private _Component = ({ input }: { input: string | null }): null => {
    this.shown = useAsync(
      input === null ? null : () => this._ask(input),
      [input],
      this._options
    );
    return null;
  };

  render(input: string | null): void {
    const element = React.createElement(this._Component, { input });
    React.act(() => this._root.render(element));
  }

  async answer(number: number, value: string): Promise<void> {
    await React.act(async () => this.asked[number].resolve(value));
  }

  async fail(number: number): Promise<void> {
    await React.act(async () => this.asked[number].reject(new Error('No.')));
  }

  unmount(): void {
    React.act(() => this._root.unmount());
  }
}

describe('useAsync', () => {
  it('is pending until the answer', async () => {
    const asker = new Asker();
    asker.render('a');
    expect(asker.shown).toEqual({ value: null, error: null, isPending: true });
    await asker.answer(0, 'A');
    expect(asker.shown).toEqual({ value: 'A', error: null, isPending: false });
  });

  it('keeps the reason of a failure', async () => {
    const asker = new Asker();
    asker.render('a');
    await asker.fail(0);
    expect(asker.shown).toEqual({
      value: null,
      error: new Error('No.'),
      isPending: false
    });
  });

  it('asks again only when its inputs change', async () => {
    const asker = new Asker();
    asker.render('a');
    await asker.answer(0, 'A');
    asker.render('a');
    expect(asker.asked).toHaveLength(1);
    asker.render('b');
    expect(asker.asked.map(each => each.input)).toEqual(['a', 'b']);
    expect(asker.shown.value).toBeNull();
  });

  it('drops the answer to a former question', async () => {
    const asker = new Asker();
    asker.render('a');
    asker.render('b');
    await asker.answer(1, 'B');
    await asker.answer(0, 'A');
    expect(asker.shown.value).toBe('B');
  });

  it('drops a failure and an answer when the component is gone', async () => {
    const asker = new Asker();
    asker.render('a');
    asker.unmount();
    await asker.fail(0);
    expect(asker.shown).toMatchObject({ error: null, isPending: true });
  });

  it('asks nothing for null', () => {
    const asker = new Asker();
    asker.render(null);
    expect(asker.asked).toEqual([]);
    expect(asker.shown.isPending).toBe(false);
  });

  it('keeps the last value where that is wanted', async () => {
    const asker = new Asker({ keeps: true });
    asker.render('a');
    await asker.answer(0, 'A');
    asker.render(null);
    expect(asker.shown).toMatchObject({ value: 'A', isPending: false });
    asker.render('b');
    expect(asker.shown).toMatchObject({ value: 'A', isPending: true });
    await asker.fail(1);
    expect(asker.shown.value).toBeNull();
  });

  it('waits, and asks only the last question', async () => {
    jest.useFakeTimers();
    try {
      const asker = new Asker({ delay: 250 });
      asker.render('a');
      jest.advanceTimersByTime(200);
      asker.render('ab');
      jest.advanceTimersByTime(200);
      expect(asker.asked).toEqual([]);
      jest.advanceTimersByTime(50);
      expect(asker.asked.map(each => each.input)).toEqual(['ab']);
      await asker.answer(0, 'AB');
      expect(asker.shown.value).toBe('AB');
    } finally {
      jest.useRealTimers();
    }
  });
});
