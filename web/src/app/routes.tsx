import { createBrowserRouter } from "react-router";
import { Guard } from "./Guard";
import { NotFound } from "./NotFound";
import { Shell } from "./Shell";

// Console and studio are read when first opened; the desk is what most people wait for.
export const router = createBrowserRouter([
  { path: "/signin", lazy: async () => ({ Component: (await import("../features/signin/SignInPage")).SignInPage }) },
  {
    path: "/",
    Component: Shell,
    HydrateFallback: () => null,
    children: [
      {
        element: <Guard place="desk" roles={["rep", "admin"]} />,
        children: [
          { index: true, lazy: async () => ({ Component: (await import("../features/desk/DeskPage")).DeskPage }) },
          { path: "c/:conversation", lazy: async () => ({ Component: (await import("../features/desk/DeskPage")).DeskPage }) },
        ],
      },
      {
        path: "console",
        element: <Guard place="console" roles={["supervisor", "admin", "auditor"]} />,
        children: [
          { index: true, lazy: async () => ({ Component: (await import("../features/console/ConsolePage")).ConsolePage }) },
          { path: ":conversation", lazy: async () => ({ Component: (await import("../features/console/ConsolePage")).ConsolePage }) },
        ],
      },
      {
        path: "studio",
        element: <Guard place="studio" roles={["editor", "admin"]} />,
        children: [
          { index: true, lazy: async () => ({ Component: (await import("../features/studio/ContentListPage")).ContentListPage }) },
          { path: ":kind/:id", lazy: async () => ({ Component: (await import("../features/studio/ItemPage")).ItemPage }) },
        ],
      },
      { path: "*", Component: NotFound },
    ],
  },
]);
