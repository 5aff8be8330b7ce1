# The library for other programs: libhowdah.so, daemon/howdah.h, and what finds them (find_package(Howdah), pkg-config).
# Its objects are those of the static library that the program howdah is made of.
include(CMakePackageConfigHelpers)

set(howdah_abi ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})  # in the soname
set(howdah_symbols ${CMAKE_CURRENT_LIST_DIR}/symbols.map)
add_library(howdah_shared SHARED $<TARGET_OBJECTS:howdah_public>)
set_target_properties(howdah_shared PROPERTIES
  OUTPUT_NAME howdah EXPORT_NAME howdah LINKER_LANGUAGE CXX
  VERSION ${PROJECT_VERSION} SOVERSION ${howdah_abi} LINK_DEPENDS ${howdah_symbols})
target_link_options(howdah_shared PRIVATE "LINKER:--version-script=${howdah_symbols}")
if(NOT HOWDAH_SANITIZE)
  target_link_options(howdah_shared PRIVATE "LINKER:--no-undefined")  # the sanitizers' own functions are in the program
endif()
target_link_libraries(howdah_shared PRIVATE howdah)
target_compile_features(howdah_shared INTERFACE cxx_std_20)
target_include_directories(howdah_shared INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)

set(howdah_cmake_folder ${CMAKE_INSTALL_LIBDIR}/cmake/Howdah)
install(TARGETS howdah_shared EXPORT HowdahTargets
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library NAMELINK_COMPONENT development)
install(FILES ${PROJECT_SOURCE_DIR}/daemon/howdah.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development)
install(EXPORT HowdahTargets NAMESPACE Howdah:: FILE HowdahConfig.cmake DESTINATION ${howdah_cmake_folder} COMPONENT development)
write_basic_package_version_file(HowdahConfigVersion.cmake VERSION ${PROJECT_VERSION} COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/HowdahConfigVersion.cmake DESTINATION ${howdah_cmake_folder} COMPONENT development)
# Relative, so that what is installed may be moved.
file(RELATIVE_PATH howdah_way_up /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
configure_file(${CMAKE_CURRENT_LIST_DIR}/howdah.pc.in howdah.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/howdah.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT development)
