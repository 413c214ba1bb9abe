import type { TFunction } from "i18next";
import { ApiError } from "../api/client";

/** What went wrong, in words of the reader, with the code that the log knows where there are no words. */
export function errorText(error: unknown, t: TFunction): string {
  if (!(error instanceof ApiError)) return t("errors.other", { code: error instanceof Error ? error.name : "unknown" });
  switch (error.code) {
    case "network":
      return t("errors.network");
    case "forbidden":
      return t("errors.forbidden");
    case "not_found":
      return t("errors.not_found");
    case "conflict":
      return t("errors.conflict");
    case "rate_limited":
      return t("errors.rate_limited");
    case "bad_request":
    case "invalid":
    case "invalid_argument":
      return error.detail ? `${t("errors.bad_request")} · ${error.detail}` : t("errors.bad_request");
    case "csrf":
      return t("errors.csrf");
    case "unauthorized":
      return t("errors.unauthorized");
    case "too_large":
      return t("errors.too_large");
    default:
      return t("errors.other", { code: error.code });
  }
}
