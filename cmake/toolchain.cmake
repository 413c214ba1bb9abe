# Warnings, ccache, linker, sanitizers; the same for every target.
find_program(FENSHEN_CCACHE ccache)
if(FENSHEN_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${FENSHEN_CCACHE})
endif()

# The fold must give the same bits everywhere: no fused multiply-add behind our back.
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -ffp-contract=off)

find_program(FENSHEN_MOLD mold)
find_program(FENSHEN_LLD NAMES ld.lld ld.lld-19)
if(FENSHEN_MOLD)
  add_link_options(-fuse-ld=mold)
elseif(FENSHEN_LLD)
  add_link_options(-fuse-ld=lld)
endif()

if(FENSHEN_SANITIZE)
  add_compile_options(-fsanitize=${FENSHEN_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${FENSHEN_SANITIZE})
endif()
