// The studio's words come with its pages, so that the desk does not pay for them.
import i18next from "i18next";
import { studioEn } from "../../i18n/studio.en";
import { studioZh } from "../../i18n/studio.zh";

i18next.addResourceBundle("zh", "ui", studioZh, true, true);
i18next.addResourceBundle("en", "ui", studioEn, true, true);
