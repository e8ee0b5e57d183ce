import { render } from 'preact';
import { Addresses } from './browser/addresses.ts';
import { Api } from './browser/api.ts';
import { parseRoute } from './model/route.ts';
import { App } from './page/app.tsx';
import { PageContext } from './page/page-context.ts';
import { PageState } from './page/page-state.ts';

const state = new PageState(new Api());
const addresses = new Addresses((path, query, arrival) => {
  state.arriveAt(parseRoute(path, query), arrival);
});
addresses.start();
void state.start(addresses); // Its outcome is `state.session`.

const container = document.querySelector('#page');
if (container !== null) {
  render(
    <PageContext.Provider value={state}>
      <App />
    </PageContext.Provider>,
    container,
  );
}
