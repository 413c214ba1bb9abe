import { createBrowserRouter } from "react-router";
import { persistently } from "../lib/persistently";
import { Guard } from "./Guard";
import { NotFound } from "./NotFound";
import { RouteCrash } from "./RouteCrash";
import { Shell } from "./Shell";

// Console and studio are read when first opened; the desk is what most people wait for.
export const router = createBrowserRouter([
  { path: "/signin", ErrorBoundary: RouteCrash, lazy: async () => ({ Component: (await persistently(() => import("../features/signin/SignInPage"))).SignInPage }) },
  {
    path: "/",
    Component: Shell,
    ErrorBoundary: RouteCrash,
    HydrateFallback: () => null,
    children: [
      {
        element: <Guard place="desk" roles={["rep", "admin"]} />,
        children: [
          { index: true, lazy: async () => ({ Component: (await persistently(() => import("../features/desk/DeskPage"))).DeskPage }) },
          { path: "c/:conversation", lazy: async () => ({ Component: (await persistently(() => import("../features/desk/DeskPage"))).DeskPage }) },
        ],
      },
      {
        path: "console",
        element: <Guard place="console" roles={["supervisor", "admin", "auditor"]} />,
        children: [
          { index: true, lazy: async () => ({ Component: (await persistently(() => import("../features/console/ConsolePage"))).ConsolePage }) },
          { path: ":conversation", lazy: async () => ({ Component: (await persistently(() => import("../features/console/ConsolePage"))).ConsolePage }) },
        ],
      },
      {
        path: "quality",
        element: <Guard place="quality" roles={["rep", "supervisor", "inspector", "admin", "auditor"]} />,
        children: [
          { index: true, lazy: async () => ({ Component: (await persistently(() => import("../features/quality/QualityListPage"))).QualityListPage }) },
          { path: "c/:conversation", lazy: async () => ({ Component: (await persistently(() => import("../features/quality/CasePage"))).CasePage }) },
          { path: "agreement", lazy: async () => ({ Component: (await persistently(() => import("../features/quality/AgreementPage"))).AgreementPage }) },
          { path: "attention", lazy: async () => ({ Component: (await persistently(() => import("../features/quality/AttentionPage"))).AttentionPage }) },
          { path: "advice", lazy: async () => ({ Component: (await persistently(() => import("../features/quality/AdvicePage"))).AdvicePage }) },
        ],
      },
      {
        path: "studio",
        element: <Guard place="studio" roles={["editor", "approver", "admin"]} />,
        children: [
          { index: true, lazy: async () => ({ Component: (await persistently(() => import("../features/studio/ContentListPage"))).ContentListPage }) },
          { path: "drafts", lazy: async () => ({ Component: (await persistently(() => import("../features/studio/DraftsPage"))).DraftsPage }) },
          { path: "whatif", lazy: async () => ({ Component: (await persistently(() => import("../features/studio/whatif/WhatIfPage"))).WhatIfPage }) },
          { path: "whatif/:job", lazy: async () => ({ Component: (await persistently(() => import("../features/studio/whatif/WhatIfPage"))).WhatIfPage }) },
          { path: ":kind/:id", lazy: async () => ({ Component: (await persistently(() => import("../features/studio/ItemPage"))).ItemPage }) },
        ],
      },
      { path: "*", Component: NotFound },
    ],
  },
]);
