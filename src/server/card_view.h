// The members of a card's line that tests and measurements read.
#pragma once

#include <string>
#include <vector>

#include "assist/assist.h"

namespace fenshen::server {

struct CardView {
  assist::CardKind kind = assist::CardKind::knowledge;
  std::string item;
  std::int32_t turn = 0;
  int rank = 0;
  std::string state;  // step cards
  bool gate_broken = false;  // step: the gate was passed while it was open
  std::string text;
  std::vector<std::string> topics;
  std::vector<std::string> missing;  // verdicts: parts of the obligation not met
  // wrap-up
  std::vector<std::string> types;
  std::vector<std::pair<std::string, std::string>> fields;
  std::string outcome;
};
CardView view_of(const assist::Card& card);

struct SignalsView {
  std::int32_t turn = 0;
  std::string emotion;  // empty = none
  std::vector<std::pair<std::string, std::string>> entities;  // type, value
  std::string masked;
};
SignalsView signals_view(const std::string& line);

}  // namespace fenshen::server
