import { useRouteError } from "react-router";
import { Crashed } from "../components/ErrorBoundary";

/** What is left when a page cannot even be read: the same words as for any part that failed. */
export function RouteCrash() {
  const error = useRouteError();
  return <Crashed name={error instanceof Error ? error.name : "page"} reopen={() => location.reload()} />;
}
